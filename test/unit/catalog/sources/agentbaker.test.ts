import { SyncError } from '../../../../shared/model/errors.js';
import { parseAgentBakerList } from '../../../../shared/catalog/sources/agentbaker.js';

const coredns = {
  downloadURL: 'mcr.microsoft.com/oss/v2/kubernetes/coredns:*',
  multiArchVersionsV2: [{ latestVersion: 'v1.13.1-20', previousLatestVersion: 'v1.13.1-9' }],
};
const list = (change: object): string => JSON.stringify({ ContainerImages: [coredns], Packages: [], ...change });
const provider = (downloadURIs: object) => ({ name: 'azure-acr-credential-provider-pmc', downloadURIs });

test('names newest and previous versions of every image of Linux nodes, newest first', () => {
  expect(parseAgentBakerList(list({})).images).toEqual([
    { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-20' },
    { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-9' },
  ]);
});

test('leaves out images of Windows and of other registries', () => {
  const windows = {
    downloadURL: 'mcr.microsoft.com/windows/servercore:*',
    windowsVersions: [{ latestVersion: 'ltsc2022' }],
  };
  const elsewhere = { downloadURL: 'docker.io/library/busybox:*', multiArchVersionsV2: [{ latestVersion: '1' }] };
  expect(parseAgentBakerList(list({ ContainerImages: [windows, elsewhere, coredns] })).images).toHaveLength(2);
});

test('names images of GPU drivers apart: nodes pull them past the cache', () => {
  const gpu = { downloadURL: 'mcr.microsoft.com/aks/aks-gpu-cuda:*', gpuVersion: { latestVersion: '580.1-2026' } };
  const facts = parseAgentBakerList(list({ GPUContainerImages: [gpu] }));
  expect([facts.gpuImages, facts.images.length]).toEqual([[{ repository: 'aks/aks-gpu-cuda', tag: '580.1-2026' }], 2]);
});

test('names versions of packages per Kubernetes minor without the revision of the distribution', () => {
  const versionsV2 = [
    { k8sVersion: '1.35', latestVersion: '1.35.8-ubuntu24.04u1', previousLatestVersion: '1.35.7-ubuntu24.04u2' },
    { k8sVersion: '1.9', latestVersion: 'v1.9.1' },
  ];
  const { packages } = parseAgentBakerList(list({ Packages: [provider({ ubuntu: { r2404: { versionsV2 } } })] }));
  expect(packages.credentialProviderPackage).toEqual({ '1.9': ['1.9.1'], '1.35': ['1.35.8', '1.35.7'] });
  expect(packages.credentialProviderExtension).toEqual({});
});

test('keeps the mark of long-term support builds', () => {
  const versionsV2 = [{ k8sVersion: '1.30', latestVersion: 'v1.30.101-akslts' }];
  const binaries = { name: 'kubernetes-binaries', downloadURIs: { default: { current: { versionsV2 } } } };
  expect(parseAgentBakerList(list({ Packages: [binaries] })).packages.kubernetesNode).toEqual(['v1.30.101-akslts']);
});

test.each([
  ['no JSON', '<html>', 'the document: not JSON'],
  ['another document', '{}', 'ContainerImages: '],
  ['an empty list', list({ ContainerImages: [] }), 'ContainerImages: names no image'],
  [
    'a repository with ..',
    list({ ContainerImages: [{ ...coredns, downloadURL: 'mcr.microsoft.com/oss/../etc:*' }] }),
    'ContainerImages[0].downloadURL: not an image',
  ],
  [
    'a tag with control characters',
    list({ ContainerImages: [coredns, { ...coredns, multiArchVersionsV2: [{ latestVersion: 'v1\u001b[2J' }] }] }),
    'ContainerImages[1]: not a tag',
  ],
  [
    'a version that is a number',
    list({ ContainerImages: [{ ...coredns, multiArchVersionsV2: [{ latestVersion: 1 }] }] }),
    'ContainerImages[0].multiArchVersionsV2[0].latestVersion: ',
  ],
  [
    'a provider without its minor',
    list({ Packages: [provider({ ubuntu: { r2204: { versionsV2: [{ latestVersion: '1' }] } } })] }),
    'Packages[0]: azure-acr-credential-provider-pmc: a version without k8sVersion',
  ],
])('refuses %s and names the path', (_what, text, message) => {
  const parse = (): unknown => parseAgentBakerList(text);
  expect(parse).toThrow(SyncError);
  expect(parse).toThrow(`agentbaker components.json: ${message}`);
});
