// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes classes take {@link Turns}: at volatile fields, atomics, locks, monitors, and calls of a
 * disk. Between two of these, what others do cannot be told from what they did before or do after.
 */
final class Weaver {
  private static final String TURNS = "dev/ensemblekv/extent/Turns";
  private static final String LOCK = "java/util/concurrent/locks/ReentrantLock";
  private static final String PARKING = "java/util/concurrent/locks/LockSupport";
  private static final Set<String> DISK =
      Set.of("dev/ensemblekv/spi/io/Disk", "dev/ensemblekv/spi/io/DiskFile");
  private static final int API = Opcodes.ASM9;

  private final Function<String, byte[]> classes;
  private final Map<String, Set<String>> volatileFields = new HashMap<>();

  /**
   * Creates a weaver.
   *
   * @param classes gives the bytes of a class of the project by its internal name
   */
  Weaver(Function<String, byte[]> classes) {
    this.classes = classes;
  }

  byte[] weave(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    String owner = reader.getClassName();
    reader.accept(
        new ClassVisitor(API, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            boolean isMonitor =
                (access & Opcodes.ACC_SYNCHRONIZED) != 0 && (access & Opcodes.ACC_STATIC) == 0;
            int rest = isMonitor ? access & ~Opcodes.ACC_SYNCHRONIZED : access;
            MethodVisitor method = super.visitMethod(rest, name, descriptor, signature, exceptions);
            return isMonitor
                ? new Monitor(owner, new Points(method, name))
                : new Points(method, name);
          }
        },
        ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  private boolean isVolatile(String owner, String field) {
    return owner.startsWith("dev/ensemblekv/")
        && volatileFields.computeIfAbsent(owner, this::readVolatileFields).contains(field);
  }

  private Set<String> readVolatileFields(String owner) {
    Set<String> fields = new HashSet<>();
    new ClassReader(classes.apply(owner))
        .accept(
            new ClassVisitor(API) {
              @Override
              public @Nullable FieldVisitor visitField(
                  int access,
                  String name,
                  String descriptor,
                  @Nullable String signature,
                  @Nullable Object value) {
                if ((access & Opcodes.ACC_VOLATILE) != 0) {
                  fields.add(name);
                }
                return null;
              }
            },
            ClassReader.SKIP_CODE);
    return fields;
  }

  /** Puts points around what threads see of each other. */
  private final class Points extends MethodVisitor {
    private final boolean isInitializer;

    Points(MethodVisitor method, String name) {
      super(API, method);
      this.isInitializer = name.equals("<clinit>");
    }

    private void call(String name, String descriptor) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, TURNS, name, descriptor, false);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      if (isInitializer) {
        call("hold", "()V");
      }
    }

    @Override
    public void visitInsn(int opcode) {
      switch (opcode) {
        case Opcodes.MONITORENTER -> call("enter", "(Ljava/lang/Object;)V");
        case Opcodes.MONITOREXIT -> call("exit", "(Ljava/lang/Object;)V");
        case Opcodes.RETURN -> {
          if (isInitializer) {
            call("release", "()V");
          }
          super.visitInsn(opcode);
        }
        default -> super.visitInsn(opcode);
      }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      boolean isShared = isVolatile(owner, name);
      if (isShared) {
        call("point", "()V");
      }
      super.visitFieldInsn(opcode, owner, name, descriptor);
      if (isShared && (opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC)) {
        call("point", "()V");
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean isAtomic =
          owner.startsWith("java/util/concurrent/atomic/")
              || owner.equals("java/lang/invoke/VarHandle");
      if (owner.equals(LOCK) && Set.of("lock", "unlock", "tryLock").contains(name)) {
        call(name, "(L" + LOCK + ";" + descriptor.substring(1));
      } else if (owner.equals(PARKING)) {
        call(name, descriptor);
      } else if (name.equals("notifyAll")) {
        super.visitInsn(Opcodes.POP); // nobody waits but for time, and none of that passes
      } else if (name.equals("<init>") || !(isAtomic || DISK.contains(owner))) {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      } else {
        call("point", "()V");
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        if (isAtomic && (!name.startsWith("get") || name.startsWith("getAnd"))) {
          call("point", "()V");
        }
      }
    }
  }

  /** Makes a synchronized method one with a block in it. */
  private static final class Monitor extends MethodVisitor {
    private final String owner;
    private final Label begin = new Label();

    Monitor(String owner, MethodVisitor method) {
      super(API, method);
      this.owner = owner;
    }

    private void call(String name) {
      super.visitVarInsn(Opcodes.ALOAD, 0);
      super.visitMethodInsn(Opcodes.INVOKESTATIC, TURNS, name, "(Ljava/lang/Object;)V", false);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      call("enter");
      super.visitLabel(begin);
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
        call("exit");
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      Label end = new Label();
      super.visitLabel(end);
      super.visitFrame(
          Opcodes.F_NEW, 1, new Object[] {owner}, 1, new Object[] {"java/lang/Throwable"});
      call("exit");
      super.visitInsn(Opcodes.ATHROW);
      super.visitTryCatchBlock(begin, end, end, null);
      super.visitMaxs(maxStack, maxLocals);
    }
  }
}
