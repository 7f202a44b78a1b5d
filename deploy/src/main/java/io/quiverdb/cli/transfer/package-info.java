/// Points as lines of JSON: the format, and loading points into a collection batch by batch. Entry
/// types: [PointRowFormat], [PointLoader].
@NullMarked
package io.quiverdb.cli.transfer;

import org.jspecify.annotations.NullMarked;
