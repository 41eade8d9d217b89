/**
 * Says which character of a text SQS would refuse; undefined where there is none. Allowed are tab, line feed, carriage
 * return, U+0020…U+D7FF, U+E000…U+FFFD and everything above U+FFFF.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html}
 */
export function describeBadCharacter(text: string): string | undefined {
  // Nearly every text ends here; only surrogates need the slower look, which knows pairs.
  if (!SUSPECT.test(text)) return undefined;
  const found = REFUSED.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `SQS does not carry the character U+${code}, found at position ${found.index}`;
}

// oxlint-disable-next-line no-control-regex
const SUSPECT = /[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/;
// oxlint-disable-next-line no-control-regex
const REFUSED = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|\p{Surrogate}/u;
