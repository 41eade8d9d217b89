import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import { TaskContext } from 'nestjs-sqs-tasks';

/** What is set here travels with every task that the request sends. */
@Injectable()
export class RequestIdMiddleware implements NestMiddleware {
  constructor(private readonly context: TaskContext) {}

  use(request: IncomingMessage, _response: ServerResponse, next: () => void): void {
    this.context.run({ requestId: request.headers['x-request-id'] }, next);
  }
}
