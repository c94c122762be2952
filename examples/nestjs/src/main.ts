// Starts the application.

import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { AppModule } from './app.module.js';

// The signature covers the bytes of the body, which `rawBody` keeps.
const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true, logger: ['error'] });
await app.listen(Number(process.env.PORT ?? '3000'), '127.0.0.1');
console.log(await app.getUrl());
