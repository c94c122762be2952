// The options of both programs.

const {
  API_URL,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
} = process.env;
if (!API_URL) throw new Error('set API_URL, such as wss://abc123.execute-api.eu-west-1.amazonaws.com/prod');

export const url = API_URL;
export const options = {
  region,
  service: 'execute-api',
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
};
