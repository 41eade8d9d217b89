/**
 * A receipt handle: which queue and message it is of, which receive of it, and when that was. Handles of receives long
 * past stay readable without being remembered.
 */
export interface ReceiptHandle {
  queueSerial: number;
  messageId: string;
  receipt: number;
  receivedAt: number;
}

export function writeHandle(handle: ReceiptHandle): string {
  return `mem/${handle.queueSerial}/${handle.messageId}/${handle.receipt}/${handle.receivedAt}`;
}

/** Undefined where the text is no handle. */
export function readHandle(text: string): ReceiptHandle | undefined {
  const [mark, queueSerial, messageId, receipt, receivedAt] = text.split('/');
  if (mark !== 'mem' || messageId === undefined || receivedAt === undefined) return undefined;
  return {
    queueSerial: Number(queueSerial),
    messageId,
    receipt: Number(receipt),
    receivedAt: Number(receivedAt),
  };
}
