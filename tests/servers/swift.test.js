// OpenStack Swift, which verifies with code of its own (swift/common/middleware/s3api/s3request.py).

import { swift } from './support/s3-servers.js';
import { testS3Server } from './support/s3-suite.js';

testS3Server(swift);
