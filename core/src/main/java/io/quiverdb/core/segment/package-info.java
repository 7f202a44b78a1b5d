/// Immutable, sorted runs of rows on disk, and which of their rows have died since. Entry types:
/// [SegmentWriter], [Segment].
@NullMarked
package io.quiverdb.core.segment;

import org.jspecify.annotations.NullMarked;
