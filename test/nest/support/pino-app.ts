import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';

/** What pino wrote: nestjs-pino keeps one pino for the whole process. */
export const pinoLines: string[] = [];

const stream = { write: (line: string) => void pinoLines.push(line) };

@Module({ imports: [LoggerModule.forRoot({ pinoHttp: [{ base: null }, stream] })] })
export class PinoModule {}

/** An app with nestjs-pino that has not chosen its logger yet. */
export function pinoApp(): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(PinoModule, { bufferLogs: true });
}
