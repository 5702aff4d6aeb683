import type { Ports } from '../../shared/app/ports.js';

/** A worker ends here: nothing catches it, and nothing after it happens. */
export class Death extends Error {
  override readonly name = 'Death';
}

export type MortalPort = (typeof mortalPorts)[number];

export const mortalPorts = [
  ...(['clusters', 'fleets', 'fleetRecords', 'audit', 'targets'] as const),
  ...(['states', 'judgements', 'gateQueue', 'planQueue'] as const),
];

/** Ports of a worker that dies at its nth call, before the call or after it had its effect. `calls` counts those made. */
export function dieAt(
  ports: Ports,
  nth: number,
  when: 'before' | 'after',
  counted: readonly MortalPort[] = mortalPorts,
): { readonly ports: Ports; calls: number } {
  const life = { ports, calls: 0 };
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(owner, name) {
        const value: unknown = Reflect.get(owner, name, owner);
        if (typeof value !== 'function') return value;
        return async (...words: unknown[]) => {
          life.calls += 1;
          const isLast = life.calls === nth;
          if (isLast && when === 'before') throw new Death();
          const result = await (Reflect.apply(value, owner, words) as Promise<unknown>);
          if (isLast) throw new Death();
          return result;
        };
      },
    });
  const dying = Object.fromEntries(counted.map((name) => [name, mortal<object>(ports[name])]));
  return Object.assign(life, { ports: { ...ports, ...dying } });
}
