import { Module } from '@nestjs/common';
import { Model } from './model.js';
import { TrainController } from './train.controller.js';

/** Part of the app, and all that a member of the pool starts. */
@Module({ controllers: [TrainController], providers: [Model] })
export class TrainModule {}
