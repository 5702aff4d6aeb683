import { answerJson, type Answer, type Received } from './http.js';
import type { Document } from './cluster-documents.js';

/** ARM's error shape. Source: Microsoft REST API guidelines, "Error condition responses". */
export function answerArmError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return answerJson(status, { error: { code, message } }, headers);
}

export function answerNotFound(type: string, name: string, group: string): Answer {
  const message = `The Resource '${type}/${name}' under resource group '${group}' was not found.`;
  return answerArmError(404, 'ResourceNotFound', message);
}

/** One page of a list, with an absolute `nextLink` that carries an opaque `$skiptoken`. */
export function answerPage(items: readonly Document[], request: Received, pageSize: number): Answer {
  const token = request.query.get('$skiptoken');
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isInteger(start) || start < 0)
    return answerArmError(400, 'InvalidSkipToken', 'The $skiptoken is not valid.');
  const end = start + pageSize;
  const value = items.slice(start, end);
  if (end >= items.length) return answerJson(200, { value });
  const query = new URLSearchParams(request.query);
  query.set('$skiptoken', Buffer.from(String(end)).toString('base64url'));
  return answerJson(200, {
    value,
    nextLink: `https://${request.headers.host ?? ''}${request.path}?${query.toString()}`,
  });
}
