const MAX_ISSUES = 20;
const MAX_LENGTH = 200;

/** What an error lists of a schema's issues: a list of a hundred thousand items may have as many, with long paths. */
export function listedIssues<T>(issues: readonly T[], sentenceOf: (issue: T) => string): string[] {
  const listed = issues.slice(0, MAX_ISSUES).map((issue) => shortened(sentenceOf(issue)));
  const more = issues.length - listed.length;
  return more === 0 ? listed : [...listed, `and ${more} more`];
}

function shortened(issue: string): string {
  return issue.length <= MAX_LENGTH ? issue : `${issue.slice(0, MAX_LENGTH)}…`;
}
