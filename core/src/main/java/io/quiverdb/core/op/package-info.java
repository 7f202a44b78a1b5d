/// What changes a store: operations as protobuf messages, made by prepare and executed by apply.
@NullMarked
package io.quiverdb.core.op;

import org.jspecify.annotations.NullMarked;
