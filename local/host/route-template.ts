import { IndexingError } from './app-settings.js';

type Constraint = 'int' | 'long' | 'guid' | 'alpha' | 'bool';
const constraints: Readonly<Record<Constraint, RegExp>> = {
  int: /^-?\d{1,10}$/,
  long: /^-?\d{1,19}$/,
  guid: /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i,
  alpha: /^[a-z]+$/i,
  bool: /^(true|false)$/i,
};

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly isOptional: boolean;
      readonly test: RegExp | undefined;
    }
  | { readonly kind: 'rest'; readonly name: string };

/** A route of an HTTP function: literal segments, `{name}`, `{name?}`, `{name:constraint}`, `{*name}`. */
export interface RouteTemplate {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** @throws IndexingError for a segment of another form */
export function parseRoute(text: string): RouteTemplate {
  const trimmed = text.replace(/^\/+|\/+$/g, '');
  const segments = trimmed === '' ? [] : trimmed.split('/').map(parseSegment);
  return { text: trimmed, segments };
}

function parseSegment(text: string): Segment {
  if (!text.includes('{')) return { kind: 'literal', text };
  const match = /^\{(\*{0,2})([A-Za-z_][\w-]*)(?::([a-z]+))?(\?)?\}$/.exec(text);
  const [, stars, name, constraint, optional] = match ?? [];
  if (name === undefined) throw new IndexingError(`route segment "${text}" is of a form the local host does not know`);
  if (stars !== '') return { kind: 'rest', name };
  const test = constraint === undefined ? undefined : constraints[constraint as Constraint];
  if (constraint !== undefined && test === undefined) {
    throw new IndexingError(`route constraint "${constraint}" is unknown to the local host`);
  }
  return { kind: 'parameter', name, isOptional: optional === '?', test };
}

/**
 * The parameters of a path, percent-decoded, or undefined when the route does not match. Literals match without case, as in ASP.NET.
 * @param path without route prefix, without leading slash, still percent-encoded
 */
export function matchRoute(route: RouteTemplate, path: string): Readonly<Record<string, string>> | undefined {
  const parts = path.replace(/\/+$/, '') === '' ? [] : path.replace(/\/+$/, '').split('/');
  const params: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === 'rest') return { ...params, [segment.name]: decode(parts.slice(index).join('/')) };
    const part = parts[index];
    if (part === undefined) {
      if (segment.kind === 'parameter' && segment.isOptional) continue;
      return undefined;
    }
    if (segment.kind === 'literal') {
      if (decode(part).toLowerCase() !== segment.text.toLowerCase()) return undefined;
    } else if (segment.test?.test(decode(part)) === false) return undefined;
    else params[segment.name] = decode(part);
  }
  return parts.length > route.segments.length ? undefined : params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
