// The first content of the page: AWS's example credentials, and a typical request to API Gateway.

export const SAMPLE_CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c',
};

export const SAMPLE_REQUEST = `curl 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders?limit=10&customer=J%C3%BCrgen' \\
  -X PUT \\
  -H 'Content-Type: application/json' \\
  -H 'X-Amz-Meta-Source: shop' \\
  --data-raw '{"order":1042,"items":["tea","cups"]}'`;
