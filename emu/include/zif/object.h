/*
 * Objects and types: only what regions need of an object model.
 *
 * An object has a class, a reference count, a parent and children. It is born with one reference; when the last one
 * goes, its children are taken from it (and lose their parent's reference), its class chain's finalizers run from the
 * most derived up, and its `free` hook, if any, releases the memory. A memory region is a child of its owner: the
 * region itself is never counted, whoever holds the region holds a reference on the owner.
 *
 * Types are registered by name, once per process; registering is thread safe, classes live until the process ends.
 * Objects belong to one thread at a time. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_OBJECT_H
#define ZIF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/queue.h>

typedef struct Object Object;
typedef struct ObjectClass ObjectClass;
typedef struct TypeInfo TypeInfo;
typedef struct DeviceClass DeviceClass;
typedef struct DeviceState DeviceState;

#define TYPE_OBJECT "object"
#define TYPE_DEVICE "device"

/* First member of every class struct. All fields are private. */
struct ObjectClass {
    const TypeInfo *info;
    const ObjectClass *parent;
    const char *name;
    size_t instance_size;
};

/* First member of every object. All fields are private but `class`. */
struct Object {
    ObjectClass *class;
    uint32_t ref;
    bool owns_id;
    const char *id;
    Object *parent;
    QLIST_HEAD(, Object) children;
    QLIST_ENTRY(Object) sibling;
    void (*free)(void *memory);
    void (*destroy)(Object *obj);
};

/* Describes a type; must stay valid as long as the process. Sizes of 0 mean "as the parent's". */
struct TypeInfo {
    const char *name;
    const char *parent;
    size_t instance_size;
    void (*instance_init)(Object *obj);
    void (*instance_finalize)(Object *obj);
    bool abstract;
    size_t class_size;
    void (*class_init)(ObjectClass *klass, void *data);
    void *class_data;
};

struct DeviceClass {
    ObjectClass parent_class;
};

struct DeviceState {
    Object parent_obj;
};

/**
 * Registers a type. Registering the same description again does nothing; another description of a known name is a
 * bug.
 */
void type_register_static(const TypeInfo *info);
/** The class of a type, built on first use; NULL when nobody registered the name. Abstract types have classes too. */
ObjectClass *object_class_by_name(const char *type_name);

/** Makes raw memory (at least the type's instance size) an object with one reference. Bug: unknown or abstract type. */
void object_initialize(void *memory, size_t size, const char *type_name);
/** As object_initialize on fresh heap memory, which goes with the last reference. NULL without memory. */
Object *object_new(const char *type_name);
/**
 * An owner without a class of its own: one reference, the name `id` (copied; NULL allowed), and `destroy` called when
 * the last reference goes (NULL allowed). `destroy` may free the memory the object lies in.
 */
void zif_object_init(Object *obj, const char *id, void (*destroy)(Object *obj));

/** Takes and drops a reference; NULL is allowed. Dropping more than were taken is a bug. */
void object_ref(Object *obj);
void object_unref(Object *obj);

/**
 * Makes child a child of parent under the name id (copied). The child must have none; takes over no reference: it
 * adds one.
 */
void object_property_add_child(Object *parent, const char *id, Object *child);
/** Takes obj from its parent and drops the parent's reference. Nothing happens without a parent. */
void object_unparent(Object *obj);
/** The name under its parent, or NULL. Borrowed. */
const char *object_get_id(const Object *obj);
/**
 * "/a/b/c" from the outermost parent down; '/', '[', ']' and '\' in names come as \x2f and so on. Caller frees. NULL
 * without memory.
 */
char *object_get_canonical_path(const Object *obj);
const char *object_get_typename(const Object *obj);

/** NULL unless obj is an instance of the type or of one derived from it. */
Object *object_dynamic_cast(Object *obj, const char *type_name);
/** Checked casts: a wrong type is a bug, with a message that names both. NULL passes. */
Object *zif_object_check(const void *obj, const char *type_name);
ObjectClass *zif_object_class_check(const void *klass, const char *type_name);

#define OBJECT(obj)                           ((Object *)(obj))
#define OBJECT_CLASS(klass)                   ((ObjectClass *)(klass))
#define OBJECT_CHECK(type, obj, name)         ((type *)zif_object_check((obj), (name)))
#define OBJECT_CLASS_CHECK(type, klass, name) ((type *)zif_object_class_check((klass), (name)))
#define OBJECT_GET_CLASS(type, obj, name)     OBJECT_CLASS_CHECK(type, OBJECT(obj)->class, name)
#define DEVICE(obj)                           OBJECT_CHECK(DeviceState, (obj), TYPE_DEVICE)

#endif
