// Takes signed orders, and forwards them, signed.

import { Body, Controller, Inject, Post, Req, UseGuards } from '@nestjs/common';

import { OrdersApi } from './orders-api.js';
import { SignatureGuard } from './signature.guard.js';

@Controller('orders')
@UseGuards(SignatureGuard)
export class OrdersController {
  constructor(@Inject(OrdersApi) private readonly api: OrdersApi) {}

  @Post()
  async create(@Body() order: unknown, @Req() request: { client: { accessKeyId: string } }) {
    return { by: request.client.accessKeyId, created: await this.api.create(order) };
  }
}
