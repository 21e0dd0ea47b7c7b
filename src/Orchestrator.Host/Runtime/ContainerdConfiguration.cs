namespace Orchestrator.Host.Runtime;

/// <summary>The configuration of a private containerd (version 2 of the file: 1.6 and 1.7 read it, later ones convert it).</summary>
internal static class ContainerdConfiguration
{
    /// <summary>Writes the text.</summary>
    /// <param name="directory">containerd's own directory.</param>
    /// <param name="sandboxImage">The image of sandboxes.</param>
    /// <param name="snapshotter">overlayfs, or native where the file system cannot be overlaid.</param>
    /// <param name="runtime">The full path of runc or crun.</param>
    /// <param name="pluginDirectory">Where the CNI plugins are.</param>
    /// <param name="mayLowerOomScores">False where the kernel refuses it (see <see cref="OomScores"/>): no process is then better protected than containerd itself.</param>
    public static string Write(string directory, string sandboxImage, string snapshotter, string runtime, string pluginDirectory, bool mayLowerOomScores) => $"""
        # Written by orchestrator at each start.
        version = 2
        root = "{directory}/root"
        state = "{directory}/state"
        oom_score = {(mayLowerOomScores ? -999 : 0)}
        # Nothing of these is used, and each costs memory and some time at start.
        disabled_plugins = [
          "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp",
          "io.containerd.internal.v1.tracing",
        ]

        [grpc]
          address = "{directory}/containerd.sock"

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{sandboxImage}"
          # exec, attach and port-forward are fetched by the agent on this host alone.
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"
          max_container_log_line_size = 16384
          # Below our own directory, so that whoever removes it knows which network namespaces are ours.
          netns_mounts_under_state_dir = true
          tolerate_missing_hugetlb_controller = true
          restrict_oom_score_adj = {(mayLowerOomScores ? "false" : "true")}
          enable_unprivileged_ports = true
          enable_unprivileged_icmp = true

          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "{snapshotter}"
            default_runtime_name = "runc"

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                BinaryName = "{runtime}"
                SystemdCgroup = false

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{pluginDirectory}"
            conf_dir = "{directory}/cni"

        """;
}
