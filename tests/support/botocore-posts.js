// Forms that botocore 1.44.5 has signed: `generate_presigned_post` of a client for S3 with `signature_version='s3v4'`, with its
// clock at 2026-02-03T10:00:00Z, for ten minutes. What is `refused` is so by the documentation of S3's policies, not by botocore.

export const POSTS_OF_BOTOCORE = [
  {
    name: 'a key and nothing else',
    bucket: 'my-bucket',
    region: 'eu-west-1',
    now: '2026-02-03T10:05:00Z',
    form: {
      key: 'photos/cat.jpg',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20260203/eu-west-1/s3/aws4_request',
      'x-amz-date': '20260203T100000Z',
      policy:
        'eyJleHBpcmF0aW9uIjogIjIwMjYtMDItMDNUMTA6MTA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAibXktYnVja2V0In0sIHsia2V5IjogInBob3Rvcy9jYXQuanBnIn0sIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwgeyJ4LWFtei1jcmVkZW50aWFsIjogIkFLSUFJT1NGT0ROTjdFWEFNUExFLzIwMjYwMjAzL2V1LXdlc3QtMS9zMy9hd3M0X3JlcXVlc3QifSwgeyJ4LWFtei1kYXRlIjogIjIwMjYwMjAzVDEwMDAwMFoifV19',
      'x-amz-signature': '45b8f35f537d5f97bdaf18b868293488c4a962c44b6ec8001725eef6b5999fd5',
    },
    fileLength: 5,
  },
  {
    name: 'fields with conditions',
    bucket: 'my-bucket',
    region: 'us-east-1',
    now: '2026-02-03T10:05:00Z',
    form: {
      acl: 'public-read',
      'Content-Type': 'image/jpeg',
      key: 'photos/ü cat.jpg',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/s3/aws4_request',
      'x-amz-date': '20260203T100000Z',
      policy:
        'eyJleHBpcmF0aW9uIjogIjIwMjYtMDItMDNUMTA6MTA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJhY2wiOiAicHVibGljLXJlYWQifSwgWyJzdGFydHMtd2l0aCIsICIkQ29udGVudC1UeXBlIiwgImltYWdlLyJdLCBbImNvbnRlbnQtbGVuZ3RoLXJhbmdlIiwgMSwgMTBdLCB7ImJ1Y2tldCI6ICJteS1idWNrZXQifSwgeyJrZXkiOiAicGhvdG9zL1x1MDBmYyBjYXQuanBnIn0sIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwgeyJ4LWFtei1jcmVkZW50aWFsIjogIkFLSUFJT1NGT0ROTjdFWEFNUExFLzIwMjYwMjAzL3VzLWVhc3QtMS9zMy9hd3M0X3JlcXVlc3QifSwgeyJ4LWFtei1kYXRlIjogIjIwMjYwMjAzVDEwMDAwMFoifV19',
      'x-amz-signature': 'd33eb7125307215ffa276f39e1f7b512439529eccbb03e654590f658c7b629cb',
    },
    fileLength: 5,
  },
  {
    name: 'a file that is too long',
    bucket: 'my-bucket',
    region: 'us-east-1',
    now: '2026-02-03T10:05:00Z',
    form: {
      key: 'a',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/s3/aws4_request',
      'x-amz-date': '20260203T100000Z',
      policy:
        'eyJleHBpcmF0aW9uIjogIjIwMjYtMDItMDNUMTA6MTA6MDBaIiwgImNvbmRpdGlvbnMiOiBbWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsIDEsIDRdLCB7ImJ1Y2tldCI6ICJteS1idWNrZXQifSwgeyJrZXkiOiAiYSJ9LCB7IngtYW16LWFsZ29yaXRobSI6ICJBV1M0LUhNQUMtU0hBMjU2In0sIHsieC1hbXotY3JlZGVudGlhbCI6ICJBS0lBSU9TRk9ETk43RVhBTVBMRS8yMDI2MDIwMy91cy1lYXN0LTEvczMvYXdzNF9yZXF1ZXN0In0sIHsieC1hbXotZGF0ZSI6ICIyMDI2MDIwM1QxMDAwMDBaIn1dfQ==',
      'x-amz-signature': '4d6dbbc08bf43292d91ff63d2b9981b9df3421aba000cd69ff0a58a24e3684d4',
    },
    fileLength: 5,
    refused: {
      code: 'ERR_SIGV4_ACCESS_DENIED',
      type: 'EntityTooLarge',
      status: 400,
    },
  },
  {
    name: 'a condition that is not met',
    bucket: 'my-bucket',
    region: 'us-east-1',
    now: '2026-02-03T10:05:00Z',
    form: {
      acl: 'private',
      key: 'a',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/s3/aws4_request',
      'x-amz-date': '20260203T100000Z',
      policy:
        'eyJleHBpcmF0aW9uIjogIjIwMjYtMDItMDNUMTA6MTA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJhY2wiOiAicHVibGljLXJlYWQifSwgeyJidWNrZXQiOiAibXktYnVja2V0In0sIHsia2V5IjogImEifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAyNjAyMDMvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LCB7IngtYW16LWRhdGUiOiAiMjAyNjAyMDNUMTAwMDAwWiJ9XX0=',
      'x-amz-signature': 'a36e60c1fbca7154bb91db6ac11a6659128fc9eeb3d3bfdb7601e91497a3240f',
    },
    fileLength: 5,
    refused: {
      code: 'ERR_SIGV4_ACCESS_DENIED',
      status: 403,
    },
  },
  {
    name: 'a field without a condition',
    bucket: 'my-bucket',
    region: 'us-east-1',
    now: '2026-02-03T10:05:00Z',
    form: {
      'x-amz-meta-a': 'b',
      key: 'a',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/s3/aws4_request',
      'x-amz-date': '20260203T100000Z',
      policy:
        'eyJleHBpcmF0aW9uIjogIjIwMjYtMDItMDNUMTA6MTA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAibXktYnVja2V0In0sIHsia2V5IjogImEifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAyNjAyMDMvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LCB7IngtYW16LWRhdGUiOiAiMjAyNjAyMDNUMTAwMDAwWiJ9XX0=',
      'x-amz-signature': 'a7d6d59ecf7d523109d8b88fa4e1cc513e987112a5ee2e76d2b8521d6e22f640',
    },
    fileLength: 5,
    refused: {
      code: 'ERR_SIGV4_ACCESS_DENIED',
      status: 403,
    },
  },
];

/** A policy that is not JSON, signed by botocore's `S3SigV4PostAuth` for 20151229, us-east-1. */
export const NOT_JSON = {
  Policy: 'bm8gSlNPTg==',
  'X-Amz-Signature': 'df3f968bb7ea07dfa566a2acb17acb8b6187e08999aebb1ae0e6f07a6da477f5',
};
