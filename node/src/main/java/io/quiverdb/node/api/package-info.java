/// Answers the contract through two doors, gRPC and JSON, on one port. Entry type: [ApiServer].
@NullMarked
package io.quiverdb.node.api;

import org.jspecify.annotations.NullMarked;
