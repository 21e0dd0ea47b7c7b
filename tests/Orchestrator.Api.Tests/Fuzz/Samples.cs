using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Tests.Fuzz;

/// <summary>Good objects of some kinds with much in them.</summary>
internal static class Samples
{
    private const string Meta = """
        "metadata":{"name":"x","namespace":"ns","labels":{"app":"x"},"annotations":{"a":"b"},"finalizers":["example.com/f"],"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"o","uid":"u"}]}
        """;

    private const string PodSpec = """
        {"containers":[{"name":"c","image":"i","command":["a"],"args":["b"],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
        "ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{"limits":{"cpu":"100m","memory":"1Gi"},"requests":{"cpu":"50m"}},"volumeMounts":[{"name":"v","mountPath":"/v","subPath":"s"}],
        "livenessProbe":{"httpGet":{"port":80,"path":"/"},"periodSeconds":3},"lifecycle":{"preStop":{"exec":{"command":["x"]}}},"securityContext":{"runAsUser":1,"capabilities":{"add":["NET_ADMIN"]}}}],
        "initContainers":[{"name":"i","image":"i","restartPolicy":"Always"}],"volumes":[{"name":"v","projected":{"sources":[{"configMap":{"name":"m"}},{"serviceAccountToken":{"path":"t"}}]}}],
        "tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":3}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]}}},
        "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}],"securityContext":{"sysctls":[{"name":"a","value":"b"}]},"dnsConfig":{"nameservers":["1.1.1.1"]},"hostAliases":[{"ip":"1.1.1.1","hostnames":["a"]}]}
        """;

    public static (ObjectKey Key, string Version, JsonObject Document)[] All { get; } =
    [
        Sample("", "v1", "pods", "Pod", $$$"""{"apiVersion":"v1","kind":"Pod",{{{Meta}}},"spec":{{{PodSpec}}}}"""),
        Sample("apps", "v1", "deployments", "Deployment", $$$"""{"apiVersion":"apps/v1","kind":"Deployment",{{{Meta}}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"x"},"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]},"strategy":{"rollingUpdate":{"maxSurge":"25%"}},"template":{"metadata":{"labels":{"app":"x"} },"spec":{{{PodSpec}}} } } }"""),
        Sample("", "v1", "services", "Service", $$$"""{"apiVersion":"v1","kind":"Service",{{{Meta}}},"spec":{"selector":{"app":"x"},"ports":[{"port":80,"targetPort":"http","nodePort":30000}],"type":"NodePort","clusterIPs":["10.96.0.5"],"ipFamilies":["IPv4"]}}"""),
        Sample("", "v1", "configmaps", "ConfigMap", $$$"""{"apiVersion":"v1","kind":"ConfigMap",{{{Meta}}},"data":{"a":"b"},"binaryData":{"c":"ZA=="},"immutable":false}"""),
        Sample("", "v1", "secrets", "Secret", $$$"""{"apiVersion":"v1","kind":"Secret",{{{Meta}}},"type":"kubernetes.io/tls","data":{"tls.crt":"YQ==","tls.key":"YQ=="},"stringData":{"a":"b"} }"""),
        Sample("batch", "v1", "cronjobs", "CronJob", $$$"""{"apiVersion":"batch/v1","kind":"CronJob",{{{Meta}}},"spec":{"schedule":"*/5 * * * *","timeZone":"Etc/UTC","jobTemplate":{"spec":{"completions":2,"template":{"spec":{{{PodSpec}}} } } } } }"""),
        Sample("networking.k8s.io", "v1", "ingresses", "Ingress", $$$"""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress",{{{Meta}}},"spec":{"rules":[{"host":"a.b","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":1} } } }]} }],"tls":[{"hosts":["a.b"]}]} }"""),
        Sample("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", $$$"""{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy",{{{Meta}}},"spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]} }],"ports":[{"port":1,"endPort":2}]}]} }"""),
        Sample("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", $$$"""{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler",{{{Meta}}},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"x"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":5} } }],"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":5}]} } } }"""),
        Sample("rbac.authorization.k8s.io", "v1", "roles", "Role", $$$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role",{{{Meta}}},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}"""),
        Sample("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", $$$"""{"apiVersion":"v1","kind":"PersistentVolumeClaim",{{{Meta}}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} },"storageClassName":"s"} }"""),
        Sample("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", $$$"""{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice",{{{Meta}}},"addressType":"IPv4","endpoints":[{"addresses":["1.2.3.4"]}],"ports":[{"port":1}]}"""),
        Sample("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", """{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"x"},"spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K","signerName":"a.b/c","usages":["client auth"]}}"""),
        Sample("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", """{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"xs.a.b"},"spec":{"group":"a.b","names":{"plural":"xs","kind":"X"},"scope":"Namespaced","versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object"}}}}}]}}"""),
    ];

    private static (ObjectKey Key, string Version, JsonObject Document) Sample(string group, string version, string resource, string kind, string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        Assert.Equal(kind, (string?)document["kind"]);
        return (new ObjectKey(group, resource, (string?)document["metadata"]!["namespace"] ?? "", (string)document["metadata"]!["name"]!), version, document);
    }
}
