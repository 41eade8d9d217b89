import { closestMatch } from 'leven';

/** `; did you mean concurrency?`, or nothing where no known name is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const maxDistance = Math.max(2, Math.floor(name.length / 3));
  const meant = closestMatch(name, known, { maxDistance }) ?? extended(name, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** A name that was left short, such as `visibilityTimeout`. */
function extended(name: string, known: readonly string[]): string | undefined {
  return name.length < 4 ? undefined : known.find((one) => one.startsWith(name));
}
