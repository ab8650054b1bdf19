/** Version of this package, told to the server with CLIENT SETINFO. A test holds it to package.json. */
export const VERSION = '0.1.0';
