import type { ScenarioRegistry } from './scenario.js';

type Rules = ScenarioRegistry['cacheRules'];

/** The upstream repository, without host, that fills a repository of the registry; undefined when no rule covers it. */
export function upstreamRepository(rules: Rules, host: string, repository: string): string | undefined {
  return firstMatch(rules, host, ({ source, target }) => follow(target, source, repository));
}

/** The repository of the registry that an upstream repository fills; undefined when no rule covers it. */
export function targetRepository(rules: Rules, host: string, upstream: string): string | undefined {
  return firstMatch(rules, host, ({ source, target }) => follow(source, target, upstream));
}

/** Rules do not overlap in ACR, so the first that fits is the only one. */
function firstMatch(
  rules: Rules,
  host: string,
  match: (rule: { readonly source: string; readonly target: string }) => string | undefined,
): string | undefined {
  for (const rule of rules) {
    if (!rule.source.startsWith(`${host}/`)) continue;
    const found = match({ source: rule.source.slice(host.length + 1), target: rule.target.replace(/^\//, '') });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Maps a name that fits the pattern `from` to the pattern `to`; a pattern is a name, or ends in `*`. */
function follow(from: string, to: string, name: string): string | undefined {
  if (!from.endsWith('*')) return name === from ? to : undefined;
  const prefix = from.slice(0, -1);
  return name.startsWith(prefix) ? to.slice(0, -1) + name.slice(prefix.length) : undefined;
}
