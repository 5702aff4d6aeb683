/** What a schema has found wrong, by whichever of its builds. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One line that names the fields. */
export function describeIssues({ issues }: { readonly issues: readonly Issue[] }): string {
  return issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length > 0 ? issue.path.map(String).join('.') : 'the document'}: ${issue.message}`)
    .join('; ')
    .slice(0, 500);
}
