import { InvalidAttributesError } from '../contracts/errors/index.js';
import type { MessageAttributes, MessageAttributeValue } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import { describeBadCharacter } from './sqs-characters.js';

/** @throws InvalidAttributesError for the first rule that is broken */
export function checkAttributes(queue: { name: string }, attributes: MessageAttributes): void {
  const problem = findProblem(attributes);
  if (problem !== undefined) throw new InvalidAttributesError({ queue: queue.name, problem });
}

function findProblem(attributes: MessageAttributes): string | undefined {
  const entries = Object.entries(attributes);
  if (entries.length > SQS_LIMITS.messageAttributes) {
    return `SQS takes at most ${SQS_LIMITS.messageAttributes}, the library's own included, got ${entries.length}`;
  }
  for (const [name, value] of entries) {
    const problem = nameProblem(name) ?? typeProblem(value.dataType) ?? valueProblem(value);
    if (problem !== undefined) return `${JSON.stringify(name)}: ${problem}`;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name.length > SQS_LIMITS.attributeNameLength) {
    return `a name has at most ${SQS_LIMITS.attributeNameLength} characters, got ${name.length}`;
  }
  if (!/^[\w.-]+$/.test(name)) return 'a name has letters, digits, _, - and . only';
  if (/^\.|\.$|\.\./.test(name)) return 'a name has no . at its ends and no two in a row';
  const lower = name.toLowerCase();
  const reserved = SQS_LIMITS.reservedAttributePrefixes.find((prefix) => lower.startsWith(prefix));
  return reserved === undefined ? undefined : `names that start with "${reserved}" are reserved`;
}

function typeProblem(dataType: string): string | undefined {
  if (dataType.length > SQS_LIMITS.attributeTypeLength) {
    return `a data type has at most ${SQS_LIMITS.attributeTypeLength} characters`;
  }
  if (/^(String|Number|Binary)(\.[\w.-]+)?$/.test(dataType)) return undefined;
  return `expected String, Number or Binary, with an optional ".label", got ${JSON.stringify(dataType)}`;
}

function valueProblem(value: MessageAttributeValue): string | undefined {
  if (value.dataType.startsWith('Binary')) {
    return value.binaryValue?.byteLength ? undefined : 'a Binary attribute needs bytes';
  }
  const text = value.stringValue;
  if (text === undefined || text === '') return 'the value is empty';
  return value.dataType.startsWith('Number') ? numberProblem(text) : describeBadCharacter(text);
}

function numberProblem(text: string): string | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  return `expected a number, got ${JSON.stringify(text)}`;
}
