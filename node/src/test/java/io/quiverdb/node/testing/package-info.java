/// A cluster in memory, for tests of what stands before it. Entry type: [FakeCluster].
@NullMarked
package io.quiverdb.node.testing;

import org.jspecify.annotations.NullMarked;
