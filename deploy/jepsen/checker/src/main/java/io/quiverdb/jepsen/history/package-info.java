/// Histories of operations in Jepsen's words, recorded, written and read. Entry type: [History].
@NullMarked
package io.quiverdb.jepsen.history;

import org.jspecify.annotations.NullMarked;
