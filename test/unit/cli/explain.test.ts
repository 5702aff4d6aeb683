import { resolve } from 'node:path';
import { matching, runCli } from './run-cli.js';

const arm = (file: string): string => resolve('test/fixtures/arm', `${file}.json`);
const mixed = ['--managed-cluster', arm('mixed-arm.cluster'), '--upgrade-profile', arm('mixed-arm.upgrades')];

const explain = (name: string, ...more: readonly string[]) =>
  runCli(['explain', name, ...mixed, '--to', '1.35.6', ...more]);

describe('explain', () => {
  test('begins with the answer, then shows what the set has, who runs it and why, each source, and the place', async () => {
    const { code, stdout, stderr } = await explain('azure-cni');
    expect([code, stderr]).toEqual([0, '']);
    const inOrder = [
      'IN  the set of mixed-arm for 1.35.6 has the component azure-cni\n',
      'In the set (3)',
      'containernetworking/v2/azure-cni:v1.8.12  linux/amd64, linux/arm64  azure-cni (agentbaker, medium)  -',
      'Component azure-cni\n  component map: confidence high\n',
      '  pulled by pools system, arm: networkProfile.networkPlugin is azure and ',
      '    yes  all of\n         yes  networkProfile.networkPlugin is azure (found: "azure")\n',
      '              no   podSubnetID of the pool is set (found: nothing)\n',
      '  source, best first  used  versions\n  agentbaker          yes   v1.8.12, v1.7.16-0, v1.6.43-0\n',
      '  containernetworking/v2/azure-cni:v1.8.12  a source names exactly this tag there\n',
    ];
    const places = inOrder.map((text) => stdout.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each([
    ['what is not needed', 'keda', /^OUT {2}.*\n\n.*\n.*candidates to check: oss\/v2\/kedacore\/keda/],
    [
      'a tag that another source overrules',
      'oss/v2/kubernetes/coredns:v1.14.3-11',
      /^OUT .*\nagentbaker and component-map name this tag of coredns, but component-insights decides\n/,
    ],
    [
      'what nobody can name',
      'kube-proxy',
      /^UNRESOLVED .*\n\nUnresolved \(1\)\n {2}kube-proxy\n {4}.* listing the tags of /,
    ],
    ['a name that nobody knows', 'korendns', /^UNKNOWN .* "korendns"\n\nNames that look like it\ncoredns\n/],
    [
      'what the control plane runs',
      'cluster-autoscaler',
      /not pulled by pools system, arm: it runs in the control plane\n/,
    ],
    [
      'what nodes carry already',
      'oss/v2/kubernetes/pause:3.6',
      /^IN .*\nnode images that carry it: AKSUbuntu-2204 .*202607\.02\.0; AKSUbuntu-2404 /,
    ],
  ])('explains %s', async (_sentence, name, text) => {
    expect(await explain(name)).toEqual({ code: 0, stdout: matching(text), stderr: '' });
  });

  test('--json prints the answer, the conditions as a tree, sources and places', async () => {
    const { code, stdout } = await explain('coredns', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kubernetesVersion: '1.35.6',
      kind: 'component',
      name: 'coredns',
      answer: 'in',
      artifacts: [{ repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.2-9' }],
      unresolved: [],
      carriedBy: [],
      doubts: [],
      components: [
        {
          name: 'coredns',
          confidence: 'high',
          pools: [{ pools: ['system', 'arm'], runs: true, condition: { holds: true } }],
          places: [{ artifact: 'oss/v2/kubernetes/coredns:v1.13.2-9' }],
        },
      ],
    });
    expect(JSON.parse((await explain('korendns', '--json')).stdout)).toMatchObject({
      answer: 'unknown',
      nearest: expect.arrayContaining(['coredns']) as unknown,
    });
  });

  test('warns as a plan does', async () => {
    const args = ['explain', 'coredns', '--managed-cluster', arm('mixed-arm.cluster'), '--to', '1.35.6'];
    expect(await runCli(args)).toMatchObject({ code: 0, stderr: matching(/^Warning: Without an upgrade profile /) });
  });

  test('does not pass on what a terminal would obey', async () => {
    const { stdout } = await explain('x\u001b]0;owned\u0007');
    expect(stdout).toMatch(/^UNKNOWN .*"x\ufffd\]0;owned\ufffd"/);
  });

  test.each(['azure-cni', 'pause', 'kube-proxy', 'kubelet-package', 'korendns', 'istiod'])(
    '%s fits terminals of 60, 80 and 140 columns, but for names that are longer',
    async (name) => {
      for (const columns of [60, 80, 140]) {
        const args = ['explain', name, ...mixed, '--to', '1.35.6'];
        const { stdout } = await runCli(args, { columns, env: { NO_COLOR: '1' } });
        const tooLong = stdout.split('\n').filter((line) => line.length > columns);
        expect(tooLong.filter((line) => !/^ *[a-z0-9/.-]+:\S+$/.test(line))).toEqual([]);
      }
    },
  );

  test.each([
    ['no name', [], /missing required argument 'name'/],
    ['an empty name', [' '], /the name is empty/],
    ['two names', ['coredns', 'pause'], /too many arguments/],
  ])('with %s is wrong use', async (_sentence, names, message) => {
    const ended = await runCli(['explain', ...names, ...mixed, '--to', '1.35.6']);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: matching(message) });
  });

  test('refuses files as plan does', async () => {
    const files = ['--managed-cluster', arm('mixed-arm.upgrades'), '--to', '1.35.6'];
    expect(await runCli(['explain', 'coredns', ...files])).toEqual({
      code: 2,
      stdout: '',
      stderr: matching(/this is an upgrade profile/),
    });
    expect(await runCli(['explain', 'coredns', ...mixed, '--to', '1.35'])).toMatchObject({
      code: 2,
      stderr: matching(/^error: --to: not a Kubernetes version/),
    });
  });
});
