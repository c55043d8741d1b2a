// SPDX-License-Identifier: Apache-2.0
/** The command {@code kv} of Ensemble KV. */
@SuppressWarnings("requires-automatic") // jline 3 names its module, but does not describe it
module dev.ensemblekv.cli {
  requires dev.ensemblekv.api;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires java.management;
  requires java.management.rmi;
  requires jdk.attach;
  requires jdk.management;
  requires me.tongfei.progressbar;
  requires org.jline.terminal;

  exports dev.ensemblekv.cli;

  opens dev.ensemblekv.cli to
      info.picocli;
}
