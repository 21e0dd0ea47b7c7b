// What a program does with a cluster through the JavaScript client: one line to the output for each thing that worked.
// Arguments: KUBECONFIG NAMESPACE
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig, namespace] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const deadlineMs = 60_000;

const report = (verb) => console.log(verb);

/** Settles with the promise, or fails when it takes too long. */
function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: nothing after ${deadlineMs} ms`)), deadlineMs); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function createAndList() {
  const script = 'while true; do echo served | nc -l -p 8080; done';
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name: 'js', labels: { app: 'js' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'orchestrator.local/busybox:1', command: ['sh', '-c', `echo line one; ${script}`] }],
      },
    },
  });
  report('create');
  const listed = await core.listNamespacedPod({ namespace, labelSelector: 'app=js' });
  assert.deepEqual(listed.items.map((pod) => pod.metadata.name), ['js']);
  report('list');
}

/** An informer that is left running, and what it has seen go. */
async function startInformer() {
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, () => core.listNamespacedPod({ namespace }));
  const running = new Promise((resolve, reject) => {
    const look = (pod) => { if (pod.metadata.name === 'js' && pod.status.phase === 'Running') { resolve(); } };
    informer.on('add', look);
    informer.on('update', look);
    informer.on('error', reject);
  });
  const gone = new Promise((resolve) => informer.on('delete', (pod) => { if (pod.metadata.name === 'js') { resolve(); } }));
  await informer.start();
  await within('a running pod', running);
  assert.equal(informer.get('js', namespace).spec.containers[0].name, 'main');
  report('watch');
  return { informer, gone };
}

async function patchAndReplace() {
  const patched = await core.patchNamespacedPod(
    { name: 'js', namespace, body: [{ op: 'add', path: '/metadata/labels/tier', value: 'front' }] },
    k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch));
  assert.deepEqual(patched.metadata.labels, { app: 'js', tier: 'front' });
  const merged = await core.patchNamespacedPod(
    { name: 'js', namespace, body: { metadata: { labels: { tier: null } } } },
    k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.StrategicMergePatch));
  assert.deepEqual(merged.metadata.labels, { app: 'js' });
  report('patch');
  const settings = await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'js' }, data: { a: '1' } } });
  settings.data.a = '2';
  assert.equal((await core.replaceNamespacedConfigMap({ name: 'js', namespace, body: settings })).data.a, '2');
  await assert.rejects(core.replaceNamespacedConfigMap({ name: 'js', namespace, body: settings }), (refused) => refused.code === 409);
  report('replace');
}

async function apply() {
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const applied = await objects.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { a: '1' } },
    undefined, undefined, 'js', true, k8s.PatchStrategy.ServerSideApply);
  assert.deepEqual(applied.metadata.managedFields.map((owner) => owner.operation), ['Apply']);
  report('apply');
}

async function execute() {
  const output = new PassThrough();
  const input = new PassThrough();
  let text = '';
  output.on('data', (chunk) => { text += chunk; });
  const ended = new Promise((resolve, reject) => {
    new k8s.Exec(config).exec(namespace, 'js', 'main', ['sh', '-c', 'read line; echo got $line; exit 3'], output, null, input, false, resolve).catch(reject);
  });
  input.write('this\n');
  const status = await within('exec', ended);
  assert.equal(text, 'got this\n');
  assert.deepEqual(status.details.causes, [{ reason: 'ExitCode', message: '3' }]);
  report('exec');
}

async function logs() {
  assert.equal(await core.readNamespacedPodLog({ name: 'js', namespace, tailLines: 1 }), 'line one\n');
  const stream = new PassThrough();
  const first = new Promise((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
  const following = await new k8s.Log(config).log(namespace, 'js', 'main', stream, { follow: true });
  assert.equal(await within('a line', first), 'line one\n');
  following.abort();
  report('logs');
}

async function forward() {
  const began = Date.now();
  let text = '';
  // The listener is started anew for each connection: an early one may find nobody.
  while (text !== 'served\n' && Date.now() - began < deadlineMs) {
    const output = new PassThrough();
    text = '';
    output.on('data', (chunk) => { text += chunk; });
    const socket = await new k8s.PortForward(config).portForward(namespace, 'js', [8080], output, null, new PassThrough());
    await within('port-forward', new Promise((resolve) => { socket.onclose = resolve; output.on('data', () => text === 'served\n' && resolve()); }));
    socket.close();
  }
  assert.equal(text, 'served\n');
  report('port-forward');
}

await createAndList();
const { informer, gone } = await startInformer();
await patchAndReplace();
await apply();
await execute();
await logs();
await forward();
await core.deleteNamespacedPod({ name: 'js', namespace });
await within('the end of the pod', gone);
await informer.stop();
report('delete');
