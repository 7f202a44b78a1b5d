/// The engine of one shard, as its users see it: points in collections, written through operations,
/// read from immutable views. Entry type: [Store].
@NullMarked
package io.quiverdb.core;

import org.jspecify.annotations.NullMarked;
