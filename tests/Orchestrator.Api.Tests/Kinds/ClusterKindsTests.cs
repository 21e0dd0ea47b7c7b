using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds;

/// <summary>The kinds that shape a cluster more than its workloads: networks, storage, limits, admission, priorities.</summary>
public sealed class ClusterKindsTests
{
    private const string Net = "networking.k8s.io";
    private const string Storage = "storage.k8s.io";
    private const string Admission = "admissionregistration.k8s.io";
    private const string Flow = "flowcontrol.apiserver.k8s.io";

    [Theory]
    [InlineData("autoscaling", "horizontalpodautoscalers", """{"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":3,"behavior":{"scaleDown":{"stabilizationWindowSeconds":60}}}}""",
        """{"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":3,"minReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":60,"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]},"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]}}}}""")]
    [InlineData(Net, "ingressclasses", """{"spec":{"controller":"a.io/b","parameters":{"kind":"K","name":"n"}}}""", """{"spec":{"controller":"a.io/b","parameters":{"kind":"K","name":"n","scope":"Cluster"}}}""")]
    [InlineData(Net, "networkpolicies", """{"spec":{"podSelector":{},"egress":[{"ports":[{"port":53}]}]}}""", """{"spec":{"podSelector":{},"egress":[{"ports":[{"port":53,"protocol":"TCP"}]}],"policyTypes":["Ingress","Egress"]}}""")]
    [InlineData("", "limitranges", """{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"}}]}}""",
        """{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"},"default":{"cpu":"2"},"defaultRequest":{"cpu":"2","memory":"1Mi"}}]}}""")]
    [InlineData(Storage, "csidrivers", """{"metadata":{"name":"d.example"},"spec":{"attachRequired":false}}""",
        """{"metadata":{"name":"d.example"},"spec":{"attachRequired":false,"podInfoOnMount":false,"storageCapacity":false,"requiresRepublish":false,"seLinuxMount":false,"fsGroupPolicy":"ReadWriteOnceWithFSType","volumeLifecycleModes":["Persistent"]}}""")]
    [InlineData(Admission, "mutatingwebhookconfigurations", """{"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"service":{"name":"s","namespace":"n"}},"rules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]}]}""",
        """{"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"service":{"name":"s","namespace":"n","port":443}},"rules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"scope":"*"}],"failurePolicy":"Fail","matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{},"timeoutSeconds":10,"reinvocationPolicy":"Never"}]}""")]
    [InlineData(Admission, "validatingadmissionpolicybindings", """{"spec":{"policyName":"p","validationActions":["Deny"],"matchResources":{}}}""",
        """{"spec":{"policyName":"p","validationActions":["Deny"],"matchResources":{"matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{}}}}""")]
    [InlineData(Flow, "prioritylevelconfigurations", """{"metadata":{"name":"p"},"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{}}}}}""",
        """{"metadata":{"name":"p"},"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{"queues":64,"handSize":8,"queueLengthLimit":50}},"nominalConcurrencyShares":30,"lendablePercent":0}}}""")]
    [InlineData(Flow, "flowschemas", """{"spec":{"priorityLevelConfiguration":{"name":"p"}}}""", """{"spec":{"priorityLevelConfiguration":{"name":"p"},"matchingPrecedence":1000}}""")]
    [InlineData("", "persistentvolumes", """{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}""",
        """{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x","type":""},"persistentVolumeReclaimPolicy":"Retain","volumeMode":"Filesystem"},"status":{"phase":"Pending","lastPhaseTransitionTime":"1970-01-01T00:00:00Z"}}""")]
    public void Defaults_are_those_of_a_real_server(string group, string resource, string document, string expected) =>
        AssertSame(expected, Created(Strategy(group, resource), document));

    [Theory]
    [InlineData("autoscaling", "horizontalpodautoscalers", """{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"minReplicas":5,"maxReplicas":1}}""",
        "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`|spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API group")]
    [InlineData("autoscaling", "horizontalpodautoscalers", """{"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":1,"metrics":[{"type":"Pods","resource":{"name":"cpu","target":{"type":"Utilization"}}}]}}""",
        "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization|spec.metrics[0].pods: Required value: must populate information for the given metric source")]
    [InlineData(Net, "ingresses", """{"spec":{"rules":[{"http":{"paths":[{"path":"/","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}""", "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [InlineData(Net, "ingresses", """{"spec":{"rules":[{"host":"1.2.3.4","http":{"paths":[{"path":"a//b","pathType":"Exact","backend":{"service":{"name":"s","port":{}}}}]}}]}}""",
        "spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address|spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path|spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'|spec.rules[0].http.paths[0].backend.service: Required value: port name or number is required")]
    [InlineData(Net, "ingresses", """{"spec":{}}""", "spec: Invalid value: []: either `defaultBackend` or `rules` must be specified")]
    [InlineData(Net, "ingressclasses", """{"spec":{"controller":"nodomain"}}""", "spec.controller: Invalid value: \"nodomain\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [InlineData(Net, "networkpolicies", """{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"not-a-cidr"}}]}]}}""", "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"not-a-cidr\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [InlineData(Net, "networkpolicies", """{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16","11.0.0.0/16"]}},{}],"ports":[{"port":80,"endPort":70}]}]}}""",
        "spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`|spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`|spec.ingress[0].from[1]: Required value: must specify a peer")]
    [InlineData("", "limitranges", """{"spec":{"limits":[{"type":"Pod","min":{"cpu":"2"},"max":{"cpu":"1"},"default":{"cpu":"1"}}]}}""",
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'|spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1|spec.limits[0].default[cpu]: Invalid value: \"1\": min value 2 is greater than default value 1")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"high"},"value":1000000000}""", "")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"high"},"value":1000000001}""", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"system-x"},"value":1}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"system-node-critical"},"value":1}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"system-cluster-critical"},"value":2000000000,"globalDefault":true}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: globalDefault of system-cluster-critical PriorityClass must be false")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"metadata":{"name":"system-cluster-critical"},"value":2000000000}""", "")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"bananas":"1","pods":"500m"}}}""", "spec.hard[bananas]: Invalid value: \"bananas\": must be a standard resource type or fully qualified|spec.hard[bananas]: Invalid value: \"bananas\": must be a standard resource for quota|spec.hard[pods]: Invalid value: \"500m\": must be an integer")]
    [InlineData("", "resourcequotas", """{"spec":{"scopes":["BestEffort","NotBestEffort"]}}""", "spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"example.com/gpu":"1500m","requests.example.com/gpu":"1500m","storage":"1Gi"}}}""", "spec.hard[example.com/gpu]: Invalid value: \"1500m\": must be an integer|spec.hard[storage]: Invalid value: \"storage\": must be a standard resource for quota")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"pods":"1","cpu":"1"},"scopes":["BestEffort"]}}""", "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"services":"1","cpu":"1"},"scopes":["Terminating"]}}""", "spec.scopes: Invalid value: [\"Terminating\"]: unsupported scope applied to resource")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"services":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["a"]}]}}}""",
        "spec.scopeSelector.matchExpressions: Invalid value: {\"MatchExpressions\":[{\"ScopeName\":\"PriorityClass\",\"Operator\":\"In\",\"Values\":[\"a\"]}]}: unsupported scope applied to resource")]
    [InlineData("", "resourcequotas", """{"spec":{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"Terminating","operator":"DoesNotExist"}]}}}""",
        "spec.scopeSelector.matchExpressions.operator: Invalid value: \"DoesNotExist\": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity")]
    [InlineData("", "events", """{"metadata":{"namespace":"a"},"involvedObject":{"namespace":"b"}}""", "involvedObject.namespace: Invalid value: \"b\": does not match event.namespace")]
    [InlineData("", "endpoints", """{"subsets":[{"addresses":[{"ip":"127.0.0.1"}],"ports":[{"port":80},{"name":"b","port":0}]}]}""",
        "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)|subsets[0].ports[0].name: Required value|subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("coordination.k8s.io", "leases", """{"spec":{"leaseDurationSeconds":0}}""", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData(Storage, "volumeattachments", """{"spec":{"attacher":"a.b","nodeName":"n","source":{}}}""", "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName")]
    [InlineData(Admission, "validatingwebhookconfigurations", """{"webhooks":[{"name":"short","clientConfig":{},"rules":[{"operations":["CREATE","*"],"apiGroups":["*"],"apiVersions":["v1"],"resources":["pods"]}]}]}""",
        "webhooks[0].name: Invalid value: \"short\": should be a domain with at least three segments separated by dots|webhooks[0].rules[0].operations: Invalid value: [\"CREATE\",\"*\"]: if '*' is present, must not specify other operations|webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun|webhooks[0].clientConfig: Required value: exactly one of url or service is required|webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1")]
    [InlineData(Flow, "flowschemas", """{"metadata":{"name":"f"},"spec":{"matchingPrecedence":1,"priorityLevelConfiguration":{"name":"p"},"rules":[{"subjects":[{"kind":"User"}]}]}}""",
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1|spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'|spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty")]
    [InlineData("node.k8s.io", "runtimeclasses", """{"handler":""}""", "handler: Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("", "persistentvolumes", """{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}}""", "spec: Required value: must specify a volume type")]
    [InlineData("certificates.k8s.io", "certificatesigningrequests", """{"spec":{"request":"AA==","signerName":"nodomain","usages":["client auth","flying"]}}""",
        "spec.request: Invalid value: \"AA==\": PEM block type must be CERTIFICATE REQUEST|spec.usages[1]: Unsupported value: \"flying\": supported values: \"any\", \"cert sign\", \"client auth\", \"code signing\", \"content commitment\", \"crl sign\", \"data encipherment\", \"decipher only\", \"digital signature\", \"email protection\", \"encipher only\", \"ipsec end system\", \"ipsec tunnel\", \"ipsec user\", \"key agreement\", \"key encipherment\", \"microsoft sgc\", \"netscape sgc\", \"ocsp signing\", \"s/mime\", \"server auth\", \"signing\", \"timestamping\"|spec.signerName: Invalid value: \"nodomain\": must be a fully qualified domain and path of the form 'example.com/signer-name'")]
    public void Faults_are_named(string group, string resource, string document, string expected) => AssertFaults(expected, Faults(Strategy(group, resource), document));

    [Theory]
    [InlineData("apps", "controllerrevisions", """{"data":{"x":1},"revision":1}""", """{"data":{"x":1},"revision":-1}""", "revision: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("apps", "controllerrevisions", """{"data":{"x":1},"revision":1}""", """{"data":{"x":1},"revision":2}""", "")]
    [InlineData(Net, "ingressclasses", """{"spec":{"controller":"a.io/b"}}""", """{"spec":{"controller":"a.io/c"}}""", "spec.controller: Invalid value: \"a.io/c\": field is immutable")]
    [InlineData("node.k8s.io", "runtimeclasses", """{"handler":"runc"}""", """{"handler":"crun"}""", "handler: Invalid value: \"crun\": field is immutable")]
    [InlineData(Storage, "storageclasses", """{"provisioner":"p","parameters":{"a":"1"}}""", """{"provisioner":"q","parameters":{"a":"2"}}""", "parameters: Forbidden: updates to parameters are forbidden.|provisioner: Forbidden: updates to provisioner are forbidden.")]
    [InlineData("", "resourcequotas", """{"spec":{"scopes":["BestEffort"]}}""", """{"spec":{"scopes":["NotBestEffort"]}}""", "spec.scopes: Invalid value: [\"NotBestEffort\"]: field is immutable")]
    [InlineData("", "persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Mi"}}}}""",
        "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -6,7 +6,7 @@\n  \"Resources\": {\n   \"Limits\": null,\n   \"Requests\": {\n-   \"storage\": \"1Gi\"\n+   \"storage\": \"1Mi\"\n   }\n  },\n  \"VolumeName\": \"\",\n")]
    [InlineData("", "persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"volumeName":"v"}}""", "")]
    [InlineData("", "persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}},"status":{"phase":"Bound"}}""", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}},"status":{"phase":"Bound"}}""", "")]
    [InlineData("", "nodes", """{"spec":{"podCIDR":"10.0.0.0/24"}}""", """{"spec":{"podCIDR":"10.0.1.0/24"}}""", "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid")]
    public void What_may_not_change_is_named(string group, string resource, string old, string document, string expected) =>
        AssertFaults(expected, UpdateFaults(Strategy(group, resource), old, document));
}
