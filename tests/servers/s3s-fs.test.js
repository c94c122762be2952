// s3s-fs, a server of the Rust library s3s, which verifies with code of its own (s3s/src/sig_v4).

import { s3sFs } from './support/s3-servers.js';
import { testS3Server } from './support/s3-suite.js';

testS3Server(s3sFs);
