/// What runs inside the JVM whose disk is to fail; needs nothing but the JDK. Entry type:
/// [FaultFsAgent]. Its journal is read by the package above.
@NullMarked
package io.quiverdb.core.faultfs.agent;

import org.jspecify.annotations.NullMarked;
