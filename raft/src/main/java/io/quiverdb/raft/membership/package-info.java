/// Makes one cluster of nodes that know nothing but each other's addresses. Entry type:
/// [Formation].
@NullMarked
package io.quiverdb.raft.membership;

import org.jspecify.annotations.NullMarked;
