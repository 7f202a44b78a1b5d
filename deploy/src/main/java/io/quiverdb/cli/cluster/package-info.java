/// Judges what nodes say of a cluster. Entry type: [Readiness].
@NullMarked
package io.quiverdb.cli.cluster;

import org.jspecify.annotations.NullMarked;
