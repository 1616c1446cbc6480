/** Used by scripts/generate.mjs, which bundles this module to run it: everything that the documents are built with. */
export { buildDocument } from './document.ts';
export { buildSwagger } from './swagger.ts';
export { swaggerProtobuf } from './swagger-protobuf.ts';
