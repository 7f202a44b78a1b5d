/// Merges segments, so that there are few of them and few dead rows in them. Entry type:
/// [Compactor].
@NullMarked
package io.quiverdb.core.compaction;

import org.jspecify.annotations.NullMarked;
