/**
 * Sizes in bytes and counts that a message may have.
 * Source: "Quotas for your Application Load Balancers", HTTP headers: request line 16 K, single header
 * 16 K, entire request header 64 K, entire response header 32 K. The number of header fields, the
 * chunk extensions and the trailers have no documented quota; these bounds keep memory finite.
 */
export const MAX_REQUEST_LINE = 16 * 1024;
export const MAX_FIELD_LINE = 16 * 1024;
export const MAX_REQUEST_HEAD = 64 * 1024;
export const MAX_RESPONSE_HEAD = 32 * 1024;
export const MAX_FIELDS = 100;
/** Of one chunk's size line, and of all the extensions of one body together. */
export const MAX_CHUNK_LINE = 1024;
export const MAX_CHUNK_EXTENSIONS = 16 * 1024;
/** A Content-Length of 15 digits stays below 2^53, where numbers are exact. */
export const MAX_LENGTH_DIGITS = 15;
export const MAX_CHUNK_SIZE_DIGITS = 15;
/** "The maximum number of IP addresses in X-Forwarded-For is 30" (status 463). */
export const MAX_FORWARDED_ADDRESSES = 30;
