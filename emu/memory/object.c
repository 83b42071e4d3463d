/*
 * Objects and types: see zif/object.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <stdlib.h>
#include "internal.h"

typedef struct Type {
    const TypeInfo *info;
    ObjectClass *class; /* built on first use */
    struct Type *next;
} Type;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const TypeInfo object_info = { .name = TYPE_OBJECT,
                                      .instance_size = sizeof(Object),
                                      .class_size = sizeof(ObjectClass) };
static const TypeInfo device_info = {
    .name = TYPE_DEVICE, .parent = TYPE_OBJECT, .instance_size = sizeof(DeviceState), .class_size = sizeof(DeviceClass)
};
static Type object_type = { .info = &object_info };
static Type device_type = { .info = &device_info, .next = &object_type };
static Type region_type = { .info = &zif__region_info, .next = &device_type };
static Type iommu_type = { .info = &zif__iommu_region_info, .next = &region_type };
static Type *types = &iommu_type;

static Type *type_by_name(const char *name)
{
    for (Type *t = types; t; t = t->next) {
        if (!strcmp(t->info->name, name)) {
            return t;
        }
    }
    return NULL;
}

void type_register_static(const TypeInfo *info)
{
    pthread_mutex_lock(&lock);
    Type *t = type_by_name(info->name);
    if (t && t->info != info) {
        zif_bug("type \"%s\" is registered twice", info->name);
    }
    if (!t) {
        t = calloc(1, sizeof *t); /* lives as long as the process: not an allocation of the core */
        if (!t) {
            zif_bug("out of memory for type \"%s\"", info->name);
        }
        t->info = info;
        t->next = types;
        types = t;
    }
    pthread_mutex_unlock(&lock);
}

static size_t inherited_size(const Type *t, size_t offset)
{
    while (t) {
        size_t size = *(const size_t *)((const char *)t->info + offset);
        if (size || !t->info->parent) {
            return size;
        }
        t = type_by_name(t->info->parent);
    }
    return 0;
}

static ObjectClass *class_of(Type *t)
{
    if (t->class) {
        return t->class;
    }
    ObjectClass *parent = NULL;
    if (t->info->parent) {
        Type *up = type_by_name(t->info->parent);
        if (!up) {
            zif_bug("type \"%s\" derives from \"%s\", which nobody registered", t->info->name, t->info->parent);
        }
        parent = class_of(up);
    }
    size_t size = inherited_size(t, offsetof(TypeInfo, class_size));
    ObjectClass *klass = calloc(1, size > sizeof *klass ? size : sizeof *klass);
    if (!klass) {
        zif_bug("out of memory for the class of \"%s\"", t->info->name);
    }
    if (parent) {
        memcpy(klass, parent, inherited_size(type_by_name(t->info->parent), offsetof(TypeInfo, class_size)));
    }
    klass->info = t->info;
    klass->parent = parent;
    klass->name = t->info->name;
    klass->instance_size = inherited_size(t, offsetof(TypeInfo, instance_size));
    t->class = klass;
    if (t->info->class_init) {
        t->info->class_init(klass, t->info->class_data);
    }
    return klass;
}

ObjectClass *object_class_by_name(const char *type_name)
{
    pthread_mutex_lock(&lock);
    Type *t = type_by_name(type_name);
    ObjectClass *klass = t ? class_of(t) : NULL;
    pthread_mutex_unlock(&lock);
    return klass;
}

static void run_init(Object *obj, const ObjectClass *klass)
{
    if (klass->parent) {
        run_init(obj, klass->parent);
    }
    if (klass->info->instance_init) {
        klass->info->instance_init(obj);
    }
}

void zif__object_init_class(Object *obj, ObjectClass *klass)
{
    memset(obj, 0, klass->instance_size);
    obj->class = klass;
    obj->ref = 1;
    run_init(obj, klass);
}

static ObjectClass *concrete_class(const char *type_name)
{
    ObjectClass *klass = object_class_by_name(type_name);
    if (!klass) {
        zif_bug("there is no type \"%s\"", type_name);
    }
    if (klass->info->abstract) {
        zif_bug("type \"%s\" is abstract", type_name);
    }
    return klass;
}

void object_initialize(void *memory, size_t size, const char *type_name)
{
    ObjectClass *klass = concrete_class(type_name);
    if (size < klass->instance_size) {
        zif_bug("an object of type \"%s\" takes %zu bytes, not %zu", type_name, klass->instance_size, size);
    }
    zif__object_init_class(memory, klass);
}

Object *object_new(const char *type_name)
{
    ObjectClass *klass = concrete_class(type_name);
    Object *obj = zif__alloc(klass->instance_size);
    if (obj) {
        zif__object_init_class(obj, klass);
        obj->free = zif__free;
    }
    return obj;
}

void zif_object_init(Object *obj, const char *id, void (*destroy)(Object *obj))
{
    zif__object_init_class(obj, object_class_by_name(TYPE_OBJECT));
    obj->destroy = destroy;
    obj->id = id ? zif__strdup(id) : NULL;
    obj->owns_id = obj->id != NULL;
}

void object_ref(Object *obj)
{
    zif__object_ref(obj);
}

void object_unref(Object *obj)
{
    if (obj && obj->ref == 0) {
        zif_bug("object \"%s\" lost more references than it had", obj->id ? obj->id : "(no name)");
    }
    zif__object_unref(obj);
}

static void set_id(Object *obj, const char *id)
{
    if (obj->owns_id) {
        zif__free((char *)obj->id);
    }
    obj->id = id;
    obj->owns_id = false;
}

void zif__object_die(Object *obj)
{
    while (!QLIST_EMPTY(&obj->children)) {
        object_unparent(QLIST_FIRST(&obj->children));
    }
    for (const ObjectClass *k = obj->class; k; k = k->parent) {
        if (k->info->instance_finalize) {
            k->info->instance_finalize(obj);
        }
    }
    set_id(obj, NULL);
    void (*release)(void *) = obj->free;
    if (obj->destroy) {
        obj->destroy(obj);
    } else if (release) {
        release(obj);
    }
}

void zif__object_adopt(Object *parent, Object *child)
{
    child->parent = parent;
    QLIST_INSERT_HEAD(&parent->children, child, sibling);
}

void object_property_add_child(Object *parent, const char *id, Object *child)
{
    if (child->parent) {
        zif_bug("object \"%s\" has a parent already", id);
    }
    set_id(child, zif__strdup(id));
    child->owns_id = child->id != NULL;
    object_ref(child);
    zif__object_adopt(parent, child);
}

void object_unparent(Object *obj)
{
    if (obj->parent) {
        QLIST_REMOVE(obj, sibling);
        obj->parent = NULL;
        object_unref(obj);
    }
}

const char *object_get_id(const Object *obj)
{
    return obj->id;
}

const char *object_get_typename(const Object *obj)
{
    return obj->class->name;
}

/* Writes a path component with the characters that mean something in paths escaped; to NULL it only counts. */
static size_t escape(char *out, const char *name)
{
    size_t n = 0;
    for (; *name; name++) {
        if (strchr("/[]\\", *name)) {
            if (out) {
                snprintf(out + n, 5, "\\x%02x", *name);
            }
            n += 4;
        } else {
            if (out) {
                out[n] = *name;
            }
            n++;
        }
    }
    return n;
}

static const char *component(const Object *obj)
{
    return obj->id ? obj->id : "(no name)";
}

char *object_get_canonical_path(const Object *obj)
{
    size_t len = 0;
    for (const Object *o = obj; o; o = o->parent) {
        len += 1 + escape(NULL, component(o));
    }
    char *path = malloc(len + 5); /* the caller's, with room for the last escape's terminator */
    if (!path || !zif__alloc_allowed()) {
        free(path);
        return NULL;
    }
    path[len] = '\0';
    for (const Object *o = obj; o; o = o->parent) {
        size_t n = escape(NULL, component(o));
        char after = path[len];
        len -= n;
        escape(path + len, component(o));
        path[len + n] = after; /* snprintf may have put a terminator there */
        path[--len] = '/';
    }
    return path;
}

static const ObjectClass *derives_from(const ObjectClass *klass, const char *type_name)
{
    while (klass && strcmp(klass->name, type_name)) {
        klass = klass->parent;
    }
    return klass;
}

Object *object_dynamic_cast(Object *obj, const char *type_name)
{
    return obj && derives_from(obj->class, type_name) ? obj : NULL;
}

Object *zif_object_check(const void *obj, const char *type_name)
{
    const Object *o = obj;
    if (o && !derives_from(o->class, type_name)) {
        zif_bug("object \"%s\" is a \"%s\", not a \"%s\"", component(o), o->class->name, type_name);
    }
    return (Object *)obj;
}

ObjectClass *zif_object_class_check(const void *klass, const char *type_name)
{
    const ObjectClass *k = klass;
    if (k && !derives_from(k, type_name)) {
        zif_bug("class \"%s\" is not a \"%s\"", k->name, type_name);
    }
    return (ObjectClass *)klass;
}
