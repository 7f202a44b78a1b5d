/// One server process: what it replicates, behind the ports that serve it. Entry type:
/// [QuiverNode].
@NullMarked
package io.quiverdb.node;

import org.jspecify.annotations.NullMarked;
