"""What a program does with a cluster through the Python client: one line to the output for each thing that worked.

Arguments: KUBECONFIG NAMESPACE
"""
import json
import sys
import threading
import time

from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream

kubeconfig, namespace = sys.argv[1:3]
config.load_kube_config(kubeconfig)
core, apps = client.CoreV1Api(), client.AppsV1Api()
DEADLINE_SECONDS = 60


def report(verb):
    print(verb, flush=True)


def create_and_list():
    script = "while true; do echo served | nc -l -p 8080; done"
    core.create_namespaced_pod(namespace, client.V1Pod(
        metadata=client.V1ObjectMeta(name="py", labels={"app": "py"}),
        spec=client.V1PodSpec(termination_grace_period_seconds=1, containers=[client.V1Container(
            name="main", image="orchestrator.local/busybox:1", command=["sh", "-c", "echo line one; " + script])])))
    report("create")
    assert [pod.metadata.name for pod in core.list_namespaced_pod(namespace, label_selector="app=py").items] == ["py"]
    report("list")


def watch_until_running():
    """A list and a watch from its revision on: what the client's informers are made of."""
    listed = core.list_namespaced_pod(namespace)
    phases = {pod.metadata.name: pod.status.phase for pod in listed.items}
    watching = watch.Watch()
    if phases["py"] != "Running":
        for event in watching.stream(core.list_namespaced_pod, namespace, resource_version=listed.metadata.resource_version, timeout_seconds=DEADLINE_SECONDS):
            phases[event["object"].metadata.name] = event["object"].status.phase
            if phases["py"] == "Running":
                watching.stop()
    assert phases["py"] == "Running", phases
    report("watch")


def patch_and_replace():
    patched = core.patch_namespaced_pod("py", namespace, {"metadata": {"labels": {"tier": "front"}}})
    assert patched.metadata.labels == {"app": "py", "tier": "front"}
    report("patch")
    settings = core.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="py"), data={"a": "1"}))
    settings.data["a"] = "2"
    assert core.replace_namespaced_config_map("py", namespace, settings).data == {"a": "2"}
    try:
        core.replace_namespaced_config_map("py", namespace, settings)
        raise AssertionError("a stale write was taken")
    except client.ApiException as refused:
        assert refused.status == 409, refused
    report("replace")


def apply():
    """Server-side apply, which this client has no call of its own for."""
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}})
    answer = core.api_client.call_api(
        "/api/v1/namespaces/{namespace}/configmaps/applied", "PATCH", {"namespace": namespace}, [("fieldManager", "py")],
        {"Content-Type": "application/apply-patch+yaml", "Accept": "application/json"}, body=body,
        auth_settings=["BearerToken"], response_type="V1ConfigMap", _return_http_data_only=True)
    assert [owner.operation for owner in answer.metadata.managed_fields] == ["Apply"]
    report("apply")


def execute():
    answer = stream(core.connect_get_namespaced_pod_exec, "py", namespace, command=["echo", "hello"], stdin=False, stdout=True, stderr=True, tty=False)
    assert answer == "hello\n", repr(answer)
    process = stream(core.connect_get_namespaced_pod_exec, "py", namespace, command=["sh", "-c", "read line; echo got $line; exit 3"],
                     stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False)
    process.write_stdin("this\n")
    process.run_forever(timeout=DEADLINE_SECONDS)
    assert process.read_stdout() == "got this\n"
    assert process.returncode == 3
    report("exec")


def logs():
    assert core.read_namespaced_pod_log("py", namespace, tail_lines=1) == "line one\n"
    lines = watch.Watch()
    for line in lines.stream(core.read_namespaced_pod_log, "py", namespace, follow=True):
        assert line == "line one"
        break
    report("logs")


def forward():
    deadline = time.monotonic() + DEADLINE_SECONDS
    text = b""
    # The listener is started anew for each connection: an early one may find nobody.
    while text != b"served\n" and time.monotonic() < deadline:
        ports = portforward(core.connect_get_namespaced_pod_portforward, "py", namespace, ports="8080")
        connection = ports.socket(8080)
        connection.setblocking(True)
        connection.settimeout(10)
        text = b""
        while chunk := connection.recv(1024):
            text += chunk
        connection.close()
    assert text == b"served\n", (text, ports.error(8080))
    report("port-forward")


def delete():
    gone = threading.Event()

    def follow():
        watching = watch.Watch()
        for event in watching.stream(core.list_namespaced_pod, namespace, field_selector="metadata.name=py", timeout_seconds=DEADLINE_SECONDS):
            if event["type"] == "DELETED":
                gone.set()
                watching.stop()

    threading.Thread(target=follow, daemon=True).start()
    core.delete_namespaced_pod("py", namespace)
    assert gone.wait(DEADLINE_SECONDS)
    report("delete")


create_and_list()
watch_until_running()
patch_and_replace()
apply()
execute()
logs()
forward()
delete()
