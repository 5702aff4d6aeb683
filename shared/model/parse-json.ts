/** What a JSON text says; undefined for text that is no JSON, as no JSON text says it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
