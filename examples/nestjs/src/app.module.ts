// The parts of the application.

import { Module } from '@nestjs/common';

import { OrdersApi } from './orders-api.js';
import { OrdersController } from './orders.controller.js';
import { SignatureGuard } from './signature.guard.js';

@Module({ controllers: [OrdersController], providers: [OrdersApi, SignatureGuard] })
export class AppModule {}
