// The openai package with the OpenAI API of Amazon Bedrock. The response is printed while it arrives.

import OpenAI from 'openai';

import { endpoint, signedFetch } from './bedrock.mjs';

const { OPENAI_MODEL_ID = 'openai.gpt-oss-20b-1:0' } = process.env;

const client = new OpenAI({
  baseURL: `${endpoint}/openai/v1`,
  fetch: signedFetch,
  apiKey: 'unused',
  // The signature replaces the API key.
  defaultHeaders: { Authorization: null },
});

const stream = await client.chat.completions.create({
  model: OPENAI_MODEL_ID,
  messages: [{ role: 'user', content: 'Which tea goes with rain?' }],
  stream: true,
});
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? '');
process.stdout.write('\n');
