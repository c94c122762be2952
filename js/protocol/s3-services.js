// The signing names of Amazon S3, which share their rules.

export const S3_SERVICES = ['s3', 's3express', 's3-object-lambda', 's3-outposts'];
