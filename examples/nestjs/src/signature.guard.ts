// A guard that lets only requests with a valid signature through, and tells the handler who signed.

import {
  HttpException,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type RawBodyRequest,
} from '@nestjs/common';
import { verifyRequest } from 'sigv4-wasm/verify';

const clients = new Map([['AKIAEXAMPLE', process.env.CLIENT_SECRET]]);

@Injectable()
export class SignatureGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest();
    try {
      request.client = await verifyRequest(request, {
        region: 'eu-west-1',
        service: 'orders', // any name, as long as clients sign for the same
        secretAccessKey: (accessKeyId) => clients.get(accessKeyId),
      });
      return true;
    } catch (error) {
      const { status, message } = error as { status?: number; message: string };
      if (status === undefined) throw error;
      throw new HttpException({ message }, status);
    }
  }
}
