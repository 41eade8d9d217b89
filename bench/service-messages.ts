/** What the process of the queue service tells the one that measures. */
export interface ServiceReport {
  /** Requests by operation. */
  requests: Record<string, number>;
  /** Messages deleted: of one queue in memory, of all queues in fauxqs. */
  deletedCount: number;
  heapBytes: number;
  residentBytes: number;
}

export type ServiceCommand = { kind: 'report'; queue: string };

export type ServiceReply =
  { kind: 'listening'; endpoint: string } | { kind: 'report'; report: ServiceReport };
