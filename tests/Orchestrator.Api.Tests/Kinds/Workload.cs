namespace Orchestrator.Api.Tests.Kinds;

/// <summary>Workload documents from the fields that a case is about: <c>$S</c> is a selector, <c>$T</c> a template that it matches.</summary>
internal static class Workload
{
    public const string DefaultedPodSpec = """
        {"containers":[{"image":"nginx:1.27","imagePullPolicy":"IfNotPresent","name":"app","resources":{},"terminationMessagePath":"/dev/termination-log",
         "terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},
         "terminationGracePeriodSeconds":30}
        """;

    public static string Of(string spec) => """{"metadata":{"name":"w","uid":"UUID"},"spec":{""" + spec
        .Replace("$S", "\"selector\":{\"matchLabels\":{\"app\":\"web\"}}", StringComparison.Ordinal)
        .Replace("$T", "\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"nginx:1.27\"}]}}", StringComparison.Ordinal)
        .Replace("$J", "\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"app\",\"image\":\"nginx:1.27\"}]}}", StringComparison.Ordinal) + "}}";

    public static string Expected(string spec) => spec.Replace("$P", DefaultedPodSpec, StringComparison.Ordinal);
}
